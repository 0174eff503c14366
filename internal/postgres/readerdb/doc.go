// Package readerdb keeps a station's document readers, and what they sent while nobody has taken it, in its PostgreSQL database: it
// implements arrival.Store and arrival.Seats. What a reading holds is sealed with a key outside the database; it must never stand there
// in clear, nor stay once it belongs to an inspection.
package readerdb
