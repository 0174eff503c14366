// Package visahttp asks an outside e-visa platform over HTTPS with JSON, for States that have one of their own: it is an evisa.Registry whose
// contract is docs/evisa-registry.openapi.json. It must never let an outage pass for "no visa", never put a person's data into an address, follow a
// redirect, take an answer without bounds, ask without an audit entry, or talk to a server whose certificate does not hang on the root named.
package visahttp
