"""Addresses of the space of a consortium."""

from django.urls import path

from hanse.stages.consortia.pages import space

urlpatterns = [
    path("consortia/<slug:ref>/space", space.space, name="space"),
    path("consortia/<slug:ref>/space/messages/<int:number>/remove", space.message, name="space_message"),
    path("consortia/<slug:ref>/space/tasks", space.tasks, name="space_tasks"),
    path("consortia/<slug:ref>/space/tasks/<int:number>", space.task, name="space_task"),
    path("consortia/<slug:ref>/space/tasks/<int:number>/step", space.task_step, name="space_task_step"),
    path("consortia/<slug:ref>/space/contacts", space.contacts, name="space_contacts"),
    path("consortia/<slug:ref>/space/members/<int:number>/contact", space.contact_new, name="space_contact_new"),
    path("consortia/<slug:ref>/space/contacts/<int:number>", space.contact, name="space_contact"),
    path("consortia/<slug:ref>/space/files", space.shared_files, name="space_files"),
    path("consortia/<slug:ref>/space/files/<int:number>", space.shared_file, name="space_file"),
    path("consortia/<slug:ref>/space/files/<int:number>/remove", space.shared_file_remove, name="space_file_remove"),
]
