/** The ways to find providers, as `--routing` and the config file take them, for `--help` and errors. */
export const ROUTING_WAYS = 'dht, lan (each also =server or =auto), delegated, delegated=URL, mdns, or none'
