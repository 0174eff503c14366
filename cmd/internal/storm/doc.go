// Package storm holds the fault storms: the station and the centre as real processes with their own databases, killed, cut off and
// starved while officers work, and what must hold afterwards. It has tests only. `make test` runs a short form of each storm, `make storm`
// (BMIS_STORM=long) the long one; BMIS_STORM_SEED repeats a storm. It must never touch a process that it did not start.
package storm
