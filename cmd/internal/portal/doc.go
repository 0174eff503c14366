// Package portal wires the public portal of visas: its own listener, its own role in the centre's database, its own keys. The centre runs it in
// its own process when it is asked to; the program cmd/portal runs it alone, on a machine that can reach nothing but the database.
//
// It must never register a route that is not the portal's, nor open a database with a role that may read anything but the portal's schema.
package portal
