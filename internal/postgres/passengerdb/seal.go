package passengerdb

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

type traveller = apipnr.Traveller

// identity is what is sealed of a person: everything that identifies.
type identity struct {
	Identity    traveldoc.Identity   `json:"identity"`
	Documents   []traveldoc.Document `json:"documents,omitempty"`
	Ref         string               `json:"ref,omitempty"`
	Locator     string               `json:"locator,omitempty"`
	API         *traveller           `json:"api,omitempty"`
	PNR         *traveller           `json:"pnr,omitempty"`
	APIPlaces   places               `json:"api_places,omitzero"`
	PNRPlaces   places               `json:"pnr_places,omitzero"`
	Reservation string               `json:"reservation,omitempty"`
	Place       int                  `json:"place"` // in the reservation
}

// places are where values stand: the messages, and for each place its message, field, item, segment and offset.
type places struct {
	Messages []uuid.UUID `json:"m,omitempty"`
	Numbers  []uint32    `json:"n,omitempty"`
}

const perPlace = 5

func packPlaces(list []manifest.Place) (p places) {
	for _, at := range list {
		n := 0
		for n < len(p.Messages) && p.Messages[n] != at.Message {
			n++
		}
		if n == len(p.Messages) {
			p.Messages = append(p.Messages, at.Message)
		}
		p.Numbers = append(p.Numbers, uint32(n), uint32(at.Field), uint32(at.Item), at.Segment, at.Offset)
	}
	return p
}

func (p places) unpack() []manifest.Place {
	list := make([]manifest.Place, 0, len(p.Numbers)/perPlace)
	for n := p.Numbers; len(n) >= perPlace; n = n[perPlace:] {
		at := manifest.Place{Origin: apipnr.Origin{
			Field: apipnr.Field(n[1]), Item: uint16(n[2]), Segment: n[3], Offset: n[4], //nolint:gosec // written by packPlaces
		}}
		if int(n[0]) < len(p.Messages) {
			at.Message = p.Messages[n[0]]
		}
		list = append(list, at)
	}
	return list
}

// Kinds of sealed bytes (vault.Place).
const (
	identityKind    = "passenger_identity"
	reservationKind = "passenger_reservation"
	changeKind      = "passenger_change"
	attemptKind     = "passenger_attempt"
)

// Versions of the forms that are sealed.
const formVersion = 1

func seal(key *vault.DataKey, kind string, id uuid.UUID, v any) (plain, sealed []byte, err error) {
	if plain, err = json.Marshal(v); err != nil {
		return nil, nil, err
	}
	sealed, err = key.Seal(vault.Place{Kind: kind, Exhibit: id, Version: formVersion}, plain)
	return plain, sealed, err
}

func open(key *vault.DataKey, kind string, id uuid.UUID, sealed []byte, into any) error {
	plain, err := key.Open(vault.Place{Kind: kind, Exhibit: id, Version: formVersion}, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("%s of %s: it does not hold what was written", kind, id)
	}
	return nil
}

// reservationAt is the kind of a reservation's sealed bytes: its mark is part of it, because a flight's reservations share the flight's key.
func reservationAt(mark []byte) string { return reservationKind + "/" + hex.EncodeToString(mark) }

// openReservation opens a reservation where it stands. What was sealed before marks were bound opens without one.
func openReservation(key *vault.DataKey, flight uuid.UUID, mark, sealed []byte) (r reservation, err error) {
	if err = open(key, reservationAt(mark), flight, sealed, &r); err != nil && open(key, reservationKind, flight, sealed, &r) == nil {
		return r, nil
	}
	return r, err
}

func packPerson(p *manifest.Person) identity {
	i := identity{
		Identity: p.Identity, Documents: p.Documents, Ref: p.Ref, Locator: p.Locator, API: p.API, PNR: p.PNR,
		APIPlaces: packPlaces(p.APIPlaces), PNRPlaces: packPlaces(p.PNRPlaces), Reservation: p.Reservation, Place: -1,
	}
	if p.PNR != nil {
		i.Place = p.PNR.Reservation
	}
	return i
}

func (i identity) unpack(p *manifest.Person) {
	p.Identity, p.Documents, p.Ref, p.Locator, p.API, p.PNR = i.Identity, i.Documents, i.Ref, i.Locator, i.API, i.PNR
	p.Reservation, p.APIPlaces, p.PNRPlaces = i.Reservation, i.APIPlaces.unpack(), i.PNRPlaces.unpack()
	if p.API != nil {
		p.API.Reservation, p.API.Origins = -1, origins(p.APIPlaces)
	}
	if p.PNR != nil {
		p.PNR.Reservation, p.PNR.Origins = i.Place, origins(p.PNRPlaces)
	}
}

func origins(list []manifest.Place) []apipnr.Origin {
	all := make([]apipnr.Origin, len(list))
	for n, p := range list {
		all[n] = p.Origin
	}
	return all
}
