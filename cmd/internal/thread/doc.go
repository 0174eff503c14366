// Package thread holds the tests of the whole: a traveller crosses at a station, and an analyst at the centre sees it. They run the
// programs themselves (package world) and go through what people and the law ask of all parts together. It holds no code of its own,
// and nothing may import it.
package thread
