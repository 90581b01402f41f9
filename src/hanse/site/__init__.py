"""The web application as a whole: settings, addresses, the pages that join several stages, commands of the server."""
