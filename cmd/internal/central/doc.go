// Package central wires the central node: the database of the centre, the bus that stations dial, the receiver of their events,
// the witness of their audit logs, the publisher of reference data, and the analysts' console. It decides nothing.
package central
