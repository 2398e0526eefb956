"""One file is one generator: `pages()` gives the text of every page it writes, by path in the checkout.

`make docs` writes them; `tests/docs` compares. A new generator is a new file here and nothing else.
"""
