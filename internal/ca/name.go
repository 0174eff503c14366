package ca

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// stationURN is the URI that names a station in the subject alternative name of its certificate: urn:openbmis:station:xaa-apt.
const stationURN = "urn:openbmis:station:"

var stationID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// CheckStationID says whether id can name a station: 1 to 32 of a-z, 0-9 and inner hyphens, so that it can stand in a certificate
// and in a subject of the message bus, where a dot or a star would reach another station.
func CheckStationID(id string) error {
	if !stationID.MatchString(id) {
		return fmt.Errorf("station id %.40q: expected 1 to 32 of a-z, 0-9 and inner hyphens", id)
	}
	return nil
}

func stationURI(id string) *url.URL {
	return &url.URL{Scheme: "urn", Opaque: strings.TrimPrefix(stationURN, "urn:") + id}
}

// StationOf is the station that a certificate names. It is an error when it names none, or more than one thing.
func StationOf(cert *x509.Certificate) (string, error) {
	if len(cert.URIs) != 1 || len(cert.DNSNames)+len(cert.IPAddresses)+len(cert.EmailAddresses) != 0 {
		return "", fmt.Errorf("certificate: expected one URI that begins with %s as its only name", stationURN)
	}
	id, found := strings.CutPrefix(cert.URIs[0].String(), stationURN)
	if !found {
		return "", fmt.Errorf("certificate: expected a URI that begins with %s", stationURN)
	}
	return id, CheckStationID(id)
}
