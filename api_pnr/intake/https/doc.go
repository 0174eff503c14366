// Package https is the carriers' door over HTTPS, for those that do not speak NATS: the same intake, the same receipts. The carrier is the
// one that the client certificate names.
//
// It must never answer that something was accepted before it is durable, and never take a request without a certificate that names a
// carrier and still holds, asked anew at each request: a connection may be older than a revocation.
package https
