// Package door takes what carriers send, from whatever gateway, and gives it on: what the law forbids to store is overwritten, the rest
// is made durable, and only then the carrier is told. Over the carriers' NATS it listens itself; other gateways (HTTPS, a folder) hand it
// what came. It answers interactive requests, and lays what the State has to say on each carrier's stream.
//
// It must never acknowledge what a crash could still lose, never store a byte before the law's filter has run over it, never take a
// carrier's name from a payload, and never leave a request without an answer: overload and refusals are said.
package door
