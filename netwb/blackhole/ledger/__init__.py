"""The ledger: each attack that was reported and each blackhole, from the request to its end."""
