"""Tags: the list that moderators keep, the choice that authors have, and the pages by which readers find."""
