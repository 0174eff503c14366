// Package secondlinedb keeps the cases of a crossing point's second line: secondline.Store on PostgreSQL. The row of a case is what its
// records come to, written with each of them in one transaction. It must never write a step without its record, an outcome without
// its decision, or a word of the protection service.
package secondlinedb
