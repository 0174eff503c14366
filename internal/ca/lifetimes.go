package ca

import "time"

// How long certificates live.
const (
	// RootLife is the life of the root; every station pins it.
	RootLife = 20 * 365 * 24 * time.Hour
	// IntermediateLife is the life of the intermediate that signs day by day.
	IntermediateLife = 3 * 365 * 24 * time.Hour
	// LeafLife is the life of a server's and a station's certificate.
	LeafLife = 30 * 24 * time.Hour
	// CarrierLife is the life of a carrier's certificate: people of two organisations renew it by hand. It ends before the intermediate
	// that signed it, which is renewed when a third of its own life is left.
	CarrierLife = 330 * 24 * time.Hour
	// backdate allows for clocks that run behind ours.
	backdate = time.Hour
)

// RenewAt is when a certificate of this validity is to be renewed: when a third of its life has passed. A station that loses its
// link on that very day still has 20 days to get it back.
func RenewAt(notBefore, notAfter time.Time) time.Time {
	return notBefore.Add(notAfter.Sub(notBefore) / 3)
}
