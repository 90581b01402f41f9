"""The pages of calls: reading one, asking whether one may apply, questions, and the officers' desk."""
