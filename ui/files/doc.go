// Package files is the individual file on screen: search, the file's page, the repair desk, duplicates. It must never show a person's
// data without an audited purpose, nor put a search term into an address.
package files
