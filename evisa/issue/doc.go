// Package issue is what follows from a decision to grant: the visa as the fold of its events, what may be changed of one and by how much,
// the seal that is printed on the grant notice, the signer of seals with his certificates, and what the notice says.
//
// It knows no database and no screen. It must never change a visa without an event, never sign what is not in force, and never call a
// seal genuine: whose key it is, the trust store tells.
package issue
