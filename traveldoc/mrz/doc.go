// Package mrz reads and writes the machine readable zone of travel documents: ICAO Doc 9303 parts 4 to 7, formats TD1, TD2, TD3,
// MRV-A and MRV-B, and the zones of the old French identity card and of French and Swiss licences. It exists because a border needs every field of a damaged or unusual zone, each with its own verdict, and not a
// yes or no for the whole. It must never throw away what was read, never repair it silently, never invent a date, never panic, and
// never read a clock: the date of the inspection, which decides the century of two-digit years, is handed in.
package mrz
