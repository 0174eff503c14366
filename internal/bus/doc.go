// Package bus is the network between stations and centre: an embedded nats-server for the centre, or an external cluster,
// and the clients that dial it. It knows who may say what (a station only as itself); it knows nothing of what is said.
//
// It must never accept a connection without a certificate that names the station, never let a station read another's
// replies, and never buffer a message behind its sender's back: what is not sent fails at once and visibly.
package bus
