// Package gate is the carriers' door of the network: a nats-server of its own in operator mode (nats-io JWT), in which each carrier is an
// account. What an account can reach is written into its JWT by the centre, as imports of single subjects of the gate's account, each
// with an activation that the gate signed; nothing else exists for it. Streams, consumers and buckets belong to the gate's account.
//
// It must never hand a carrier an account's key (so that no carrier can sign rights for itself), never take the name of a carrier from
// what a message says, and never leave a revoked credential connected.
package gate
