//! The maps for one owner: their user's code cannot reach them while they work, but may panic.
