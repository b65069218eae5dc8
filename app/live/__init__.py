"""What goes on by itself: the projection of live objects into rows, and later the reaper."""
