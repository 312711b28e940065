"""How the pipeline's runs went: schema `ops` of its database, and who is told when one has failed."""
