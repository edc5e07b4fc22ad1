"""The chamber's server: broker door, store, service, officers, export and the command line. Imports `protocol`."""
