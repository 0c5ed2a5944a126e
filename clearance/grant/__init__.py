"""The step grant: relief recorded as granted, and corrections of earlier grants."""
