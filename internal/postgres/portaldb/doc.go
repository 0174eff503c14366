// Package portaldb keeps what the public portal of visas keeps, in the schema portal of the centre's database. Store is the portal's side
// and works as the role bmis_portal; Centre is the centre's: it takes what was sent, and tells what became of it.
//
// The portal's side must never need a right on another schema, nor read what was sent. The centre's side must never take a parcel but in
// the transaction that keeps it, and never put anything a person may be known by into this schema in clear.
package portaldb
