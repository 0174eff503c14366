package auth

import (
	"time"

	"github.com/google/uuid"
)

// User is a person who may sign in. It carries no secret: hashes stay behind
// the Store.
type User struct {
	ID uuid.UUID
	// Login is what is typed at sign-in: folded by NormaliseLogin, unique.
	Login string
	// DisplayName is how colleagues know the person; shown on screens only.
	DisplayName string
	Role        Role
	// Agency is whom the person works for, as alerts name their owner; empty for most. It bounds which discreet alerts he may know of.
	Agency   string
	Disabled bool
	// Language is a BCP 47 tag of the catalogue: en, fr, es or ar.
	Language string
	// MustChangePassword is set while the password is a generated one.
	MustChangePassword bool
	// HasPIN tells whether the session can be unlocked by PIN.
	HasPIN    bool
	CreatedAt time.Time
}

// Session is one signed-in person at one workstation. The token itself is
// known to the browser alone.
type Session struct {
	// ID names the session in audit entries and watches. It is no secret and
	// opens nothing.
	ID   uuid.UUID
	User User
	// Lane and Workstation are where the person sits; empty at the centre.
	Lane        string
	Workstation string
	// Language is the session's choice, which wins over the user's.
	Language string
	// CreatedAt is the sign-in; LastSeen is exact to SeenEvery.
	CreatedAt time.Time
	LastSeen  time.Time
	// ExpiresAt is the absolute end, whatever the activity.
	ExpiresAt time.Time
	// Locked tells that only unlocking and signing out are open.
	Locked bool
}
