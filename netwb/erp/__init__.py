"""What another company's ERP keeps a copy of: the inventory of a tenant, its status, what happened."""
