"""The one language of yardsticks: a typed tree, its reading, its meaning in words."""
