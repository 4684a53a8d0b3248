"""Where the parts meet: folders that know nothing of each other become one site."""
