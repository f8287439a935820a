"""The ground floor: the words every other room uses."""
