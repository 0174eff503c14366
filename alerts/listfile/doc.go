// Package listfile reads the files in which others keep lists of persons: the sanctions lists of the United Nations, of the United
// States, of the European Union and of the United Kingdom, and the project's own forms. Every publisher has his own columns, his own way
// to write half a date, and his own names of countries; the rest of the program knows one alert.
//
// It must never lose an entry or a part of one: what cannot be read is refused and told with its line and the reason, what was
// understood only partly is noted, and what an alert has no field for is kept in its remarks. It must never guess more than is
// written: a year stays a year. The same bytes always give the same alerts in the same order.
package listfile
