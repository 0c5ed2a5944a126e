"""What was given: relief recorded as granted, and what courts were told of it."""
