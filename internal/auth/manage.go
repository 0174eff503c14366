package auth

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// NewUser is what an administrator gives for a new account.
type NewUser struct {
	Login, DisplayName string
	Role               Role
	// Agency is whom the person works for, as alerts name their owner; empty for most.
	Agency string
	// Language is a BCP 47 tag; empty means English.
	Language string
	// Password is empty for a generated one.
	Password string
	// PIN is optional.
	PIN string
}

const (
	maxDisplayRunes = 120
	maxAgencyRunes  = 100
)

// CreateUser makes an account and gives the password that was set, generated or
// not, for the one time it can be told.
//
// Problems: login_invalid, login_taken, name_invalid, role_unknown, agency_invalid,
// language_invalid, and those of CheckPassword and CheckPIN.
func (s *Service) CreateUser(ctx context.Context, by audit.Actor, n NewUser) (User, string, error) {
	account, err := s.newAccount(n)
	if err != nil {
		return User{}, "", err
	}
	password, err := s.choosePassword(ctx, &account, n.Password)
	if err != nil {
		return User{}, "", err
	}
	if n.PIN != "" {
		digits, _ := preparePIN(n.PIN)
		if account.PINHash, err = s.Hasher.Hash(ctx, digits); err != nil {
			return User{}, "", fmt.Errorf("creating a user: %w", err)
		}
		account.HasPIN = true
	}
	entry := by.Entry(account.CreatedAt, audit.Administration, "user", account.ID.String())
	entry.Decision = "created: " + string(account.Role)
	if account.Agency != "" {
		entry.Decision += ", agency: " + account.Agency
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.CreateAccount(ctx, account); err != nil {
			return err
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return User{}, "", fmt.Errorf("creating a user: %w", err)
	}
	return account.User, password, nil
}

func (s *Service) newAccount(n NewUser) (Account, error) {
	login, err := NormaliseLogin(n.Login)
	if err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(n.DisplayName)
	agency := strings.TrimSpace(n.Agency)
	language := orElse(n.Language, "en")
	switch {
	case !validName(name):
		return Account{}, problem.New(problem.Invalid, "name_invalid").At("display_name").With("max", maxDisplayRunes)
	case !n.Role.Valid():
		return Account{}, problem.New(problem.Invalid, "role_unknown").At("role")
	case !validAgency(agency):
		return Account{}, agencyInvalid()
	case !validLanguage(language):
		return Account{}, problem.New(problem.Invalid, "language_invalid").At("language")
	}
	if n.PIN != "" {
		if err := CheckPIN(n.PIN); err != nil {
			return Account{}, err
		}
	}
	user := User{
		ID: s.NewID(), Login: login, DisplayName: name, Role: n.Role, Agency: agency, Language: language, CreatedAt: s.Now(),
	}
	return Account{User: user}, nil
}

func validName(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= maxDisplayRunes && utf8.ValidString(name) &&
		strings.IndexFunc(name, unicode.IsControl) < 0
}

// validAgency accepts an agency's name, and none.
func validAgency(agency string) bool {
	return utf8.RuneCountInString(agency) <= maxAgencyRunes && utf8.ValidString(agency) && strings.IndexFunc(agency, unicode.IsControl) < 0
}

func agencyInvalid() error {
	return problem.New(problem.Invalid, "agency_invalid").At("agency").With("max", maxAgencyRunes)
}

// validLanguage accepts the form of a BCP 47 tag; which languages there are is
// the catalogue's business.
func validLanguage(tag string) bool {
	return len(tag) <= 35 && regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`).MatchString(tag)
}

// choosePassword sets the given password, or a generated one when it is empty.
func (s *Service) choosePassword(ctx context.Context, account *Account, given string) (string, error) {
	password := given
	if given == "" {
		generated, err := GeneratePassword(s.Random)
		if err != nil {
			return "", fmt.Errorf("generating a password: %w", err)
		}
		password = generated
	} else if err := CheckPassword(given, account.Login); err != nil {
		return "", err
	}
	prepared, _ := preparePassword(password)
	hash, err := s.Hasher.Hash(ctx, prepared)
	if err != nil {
		return "", fmt.Errorf("setting a password: %w", err)
	}
	account.PasswordHash = hash
	account.MustChangePassword = given == "" && s.Policy.ChangeGenerated
	return password, nil
}

// Users lists all users by login.
func (s *Service) Users(ctx context.Context) ([]User, error) { return s.Store.Users(ctx) }

// UserByLogin finds a user. A problem of kind NotFound when nobody has the login.
func (s *Service) UserByLogin(ctx context.Context, login string) (User, error) {
	normalised, err := NormaliseLogin(login)
	if err != nil {
		return User{}, err
	}
	account, err := s.Store.AccountByLogin(ctx, normalised)
	return account.User, err
}

// Disable shuts an account: its sessions end at once, in every process. Nobody
// disables himself.
func (s *Service) Disable(ctx context.Context, by audit.Actor, user uuid.UUID) error {
	if by.ID == user.String() {
		return problem.New(problem.Conflict, "user_is_self")
	}
	return s.alter(ctx, alteration{
		by: by, user: user, what: "disabled", endSessions: true,
		act: func(a *Account) { a.Disabled = true },
	})
}

// Enable opens a disabled account again, under its old password.
func (s *Service) Enable(ctx context.Context, by audit.Actor, user uuid.UUID) error {
	return s.alter(ctx, alteration{
		by: by, user: user, what: "enabled",
		act: func(a *Account) { a.Disabled = false },
	})
}

// SetRole gives a user another role. His sessions go on with the new rights
// from the next request; open event streams end. Nobody sets his own role.
func (s *Service) SetRole(ctx context.Context, by audit.Actor, user uuid.UUID, role Role) error {
	if by.ID == user.String() {
		return problem.New(problem.Conflict, "user_is_self")
	}
	if !role.Valid() {
		return problem.New(problem.Invalid, "role_unknown").At("role")
	}
	return s.alter(ctx, alteration{
		by: by, user: user, what: "role: " + string(role),
		act: func(a *Account) { a.Role = role },
	})
}

// SetAgency says whom a user works for, from his next request on; empty: nobody who owns alerts. It opens an agency's discreet alerts,
// so nobody sets his own.
func (s *Service) SetAgency(ctx context.Context, by audit.Actor, user uuid.UUID, agency string) error {
	if by.ID == user.String() {
		return problem.New(problem.Conflict, "user_is_self")
	}
	agency = strings.TrimSpace(agency)
	if !validAgency(agency) {
		return agencyInvalid()
	}
	return s.alter(ctx, alteration{
		by: by, user: user, what: "agency: " + agency,
		act: func(a *Account) { a.Agency = agency },
	})
}

// ResetPassword sets a password, generated when given is empty, releases the
// brake and ends the user's sessions. It gives the password for the one time
// it can be told.
func (s *Service) ResetPassword(ctx context.Context, by audit.Actor, user uuid.UUID, given string) (string, error) {
	account, err := s.Store.AccountByID(ctx, user)
	if err != nil {
		return "", fmt.Errorf("resetting a password: %w", err)
	}
	password, err := s.choosePassword(ctx, &account, given)
	if err != nil {
		return "", err
	}
	err = s.alter(ctx, alteration{
		by: by, user: user, what: "password reset", endSessions: true,
		act: func(a *Account) {
			a.PasswordHash, a.MustChangePassword = account.PasswordHash, account.MustChangePassword
		},
	})
	return password, err
}

// SetUserPIN is SetPIN by an administrator.
func (s *Service) SetUserPIN(ctx context.Context, by audit.Actor, user uuid.UUID, pin string) error {
	return s.setPIN(ctx, by, user, pin)
}
