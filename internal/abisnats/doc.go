// Package abisnats asks an outside ABIS over NATS JetStream, by the messages of package abis, and is the other side too: what answers them.
// It exists so that a national system larger than one node takes the place of our own gallery, and is away for a while without anything
// being lost: a request waits in a stream until it is answered, an answer waits until it is fetched, and both know each other by the request's
// id.
//
// It must never send a print that is not sealed for the ABIS, keep one longer than its request, or take silence for "nobody was found".
package abisnats
