"""The same app in a browser, by textual-serve's page and protocol behind a door of our own."""
