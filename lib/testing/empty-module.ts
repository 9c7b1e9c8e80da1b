// Stands in for "server-only", which means something to Next's bundler alone.
export {};
