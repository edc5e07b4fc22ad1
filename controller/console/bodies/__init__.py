"""What stands between header and footer, one module for each screen: thin widgets that draw `console.rows`."""
