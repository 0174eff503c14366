// Package client is a carrier's reference client: how a carrier's program sends passenger data, asks whether somebody may board, and
// receives what the State has to say, over NATS or HTTPS.
//
// It must never report as sent what it has no receipt for. Sending again is always safe: the State knows the same bytes again.
package client
