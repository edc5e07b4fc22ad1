"""The chair's console: a client that shows the sitting in a terminal and posts acts; no vote lives in it."""
