// The house is laid out first; its rooms follow.
