"""What was done, to read: the jobs behind a result, what tells two runs apart, and what would run again and why."""
