"""What can have happened here: nothing. The observers service follows what its siblings make public, and records no fact of its own."""

from parley.kernel.decider import Catalogue

CATALOGUE = Catalogue("observers", private=())
