// Package station wires the crossing point's service: local database, counter, checks, and the link to the centre. It decides
// nothing; it must start and serve the counter whether or not the centre can be reached.
package station
