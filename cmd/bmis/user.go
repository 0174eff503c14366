package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
)

type userCommand struct {
	Add      userAdd      `cmd:"" help:"Make an account. Its generated password is printed once."`
	List     userList     `cmd:"" help:"List all accounts."`
	Disable  userDisable  `cmd:"" help:"Shut an account. Its open sessions and screens end within seconds."`
	Enable   userEnable   `cmd:"" help:"Open a disabled account again."`
	Password userPassword `cmd:"" help:"Give an account a new password, end its sessions and its waiting time."`
	Role     userRole     `cmd:"" help:"Give an account another role."`
	Agency   userAgency   `cmd:"" help:"Say which agency a person works for: whose hits he answers, whose discreet alerts he knows of."`
}

// Help is shown by bmis user --help.
func (userCommand) Help() string {
	return `Station and centre each have accounts of their own, in their own database. Every change is written to its audit log.

Examples:

    bmis user add amara --name "Amara Okafor" --role officer --data-dir /var/lib/openbmis/station
    bmis user password amara --stdin < password.txt`
}

type userAdd struct {
	databasePlace
	Login    string `arg:"" help:"What the person types to sign in."`
	Name     string `required:"" help:"What colleagues call the person."`
	Role     string `required:"" enum:"${roles}" help:"One of: ${enum}."`
	Agency   string `help:"Agency that the person works for, as alerts name their owner."`
	Language string `default:"en" help:"Language of the screens: en, fr, es or ar."`
	Stdin    bool   `help:"Read the password from the standard input instead of generating one."`
}

// Run makes the account.
func (c userAdd) Run(ctx context.Context, a *app) error {
	password, err := c.password(a)
	if err != nil {
		return err
	}
	return c.service(ctx, a, func(s *auth.Service) error {
		user, set, err := s.CreateUser(ctx, a.console(), auth.NewUser{
			Login: c.Login, DisplayName: c.Name, Role: auth.Role(c.Role), Agency: c.Agency, Language: c.Language, Password: password,
		})
		if err != nil {
			return err
		}
		return a.tellPassword(user.Login, password, set)
	})
}

func (c userAdd) password(a *app) (string, error) {
	if !c.Stdin {
		return "", nil
	}
	return readPassword(a.In)
}

type userList struct{ databasePlace }

// Run prints a table of accounts.
func (c userList) Run(ctx context.Context, a *app) error {
	return c.service(ctx, a, func(s *auth.Service) error {
		users, err := s.Users(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "LOGIN\tNAME\tROLE\tAGENCY\tLANGUAGE\tSTATE\tCREATED") // Flush tells of a failure
		for _, u := range users {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				u.Login, u.DisplayName, u.Role, u.Agency, u.Language, state(u), u.CreatedAt.Format(time.DateOnly))
		}
		return table.Flush()
	})
}

func state(u auth.User) string {
	switch {
	case u.Disabled:
		return "disabled"
	case u.MustChangePassword:
		return "one-time password"
	}
	return "active"
}

type userDisable struct {
	databasePlace
	Login string `arg:"" help:"Account to shut."`
}

// Run disables the account.
func (c userDisable) Run(ctx context.Context, a *app) error {
	return c.onUser(ctx, a, c.Login, func(s *auth.Service, u auth.User) error {
		if err := s.Disable(ctx, a.console(), u.ID); err != nil {
			return err
		}
		return a.say("%s is disabled; all sessions have ended.", u.Login)
	})
}

type userEnable struct {
	databasePlace
	Login string `arg:"" help:"Account to open."`
}

// Run enables the account.
func (c userEnable) Run(ctx context.Context, a *app) error {
	return c.onUser(ctx, a, c.Login, func(s *auth.Service, u auth.User) error {
		if err := s.Enable(ctx, a.console(), u.ID); err != nil {
			return err
		}
		return a.say("%s is enabled.", u.Login)
	})
}

type userPassword struct {
	databasePlace
	Login string `arg:"" help:"Account to give a password."`
	Stdin bool   `help:"Read the password from the standard input instead of generating one."`
}

// Run sets the password.
func (c userPassword) Run(ctx context.Context, a *app) error {
	given, err := userAdd{Stdin: c.Stdin}.password(a)
	if err != nil {
		return err
	}
	return c.onUser(ctx, a, c.Login, func(s *auth.Service, u auth.User) error {
		set, err := s.ResetPassword(ctx, a.console(), u.ID, given)
		if err != nil {
			return err
		}
		return a.tellPassword(u.Login, given, set)
	})
}

type userRole struct {
	databasePlace
	Login string `arg:"" help:"Account to change."`
	Role  string `arg:"" enum:"${roles}" help:"One of: ${enum}."`
}

// Run sets the role.
func (c userRole) Run(ctx context.Context, a *app) error {
	return c.onUser(ctx, a, c.Login, func(s *auth.Service, u auth.User) error {
		if err := s.SetRole(ctx, a.console(), u.ID, auth.Role(c.Role)); err != nil {
			return err
		}
		return a.say("%s is %s now.", u.Login, c.Role)
	})
}

type userAgency struct {
	databasePlace
	Login  string `arg:"" help:"Account to change."`
	Agency string `arg:"" optional:"" help:"Agency, as alerts name their owner; none takes it away."`
}

// Run sets the agency.
func (c userAgency) Run(ctx context.Context, a *app) error {
	return c.onUser(ctx, a, c.Login, func(s *auth.Service, u auth.User) error {
		if err := s.SetAgency(ctx, a.console(), u.ID, c.Agency); err != nil {
			return err
		}
		if c.Agency == "" {
			return a.say("%s works for no agency now.", u.Login)
		}
		return a.say("%s works for %s now.", u.Login, c.Agency)
	})
}

// roleNames are the roles as the command line offers them.
func roleNames() string {
	var names []string
	for _, r := range auth.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ",")
}

func (p databasePlace) onUser(ctx context.Context, a *app, login string, act func(*auth.Service, auth.User) error) error {
	return p.service(ctx, a, func(s *auth.Service) error {
		user, err := s.UserByLogin(ctx, login)
		if err != nil {
			return err
		}
		return act(s, user)
	})
}

// service opens the accounts of a database. Nobody signs in here, so the key of failed sign-ins need not be the program's.
func (p databasePlace) service(ctx context.Context, a *app, use func(*auth.Service) error) error {
	return p.with(ctx, a, func(db *postgres.DB) error {
		hasher, err := auth.NewHasher(auth.OWASPParams(), 1, rand.Reader)
		if err != nil {
			return err
		}
		service, err := auth.NewService(auth.Config{
			Store: accounts.New(db), Hasher: hasher, Policy: auth.DefaultPolicy(), Key: make([]byte, 32),
			Now: a.Now, Random: rand.Reader, NewID: uuid.New,
		})
		if err != nil {
			return err
		}
		return inWords(use(service))
	})
}

// inWords says a problem as the screens say it, in English.
func inWords(err error) error {
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind == problem.Internal {
		return err
	}
	catalogue, loadErr := text.Load()
	if loadErr != nil {
		return errors.Join(err, loadErr)
	}
	return errors.New(catalogue.Printer(text.English).Problem(err))
}

// console is who acts, for the audit log: whoever the operating system says.
func (a *app) console() audit.Actor {
	name := a.Getenv("SUDO_USER")
	if name == "" {
		name = a.Getenv("USER")
	}
	if len(name) > 64 {
		name = name[:64]
	}
	return audit.Actor{ID: strings.ToValidUTF8("console:"+name, "?"), Role: "installation", Workstation: "console"}
}

func (a *app) say(format string, args ...any) error {
	_, err := fmt.Fprintf(a.Out, format+"\n", args...)
	return err
}

// tellPassword prints a password that was generated; one that was given is known already.
func (a *app) tellPassword(login, given, set string) error {
	if given != "" {
		return a.say("%s: the password is set.", login)
	}
	return a.say("%s: one-time password %s\nIt is shown this once and has to be changed at the first sign-in.", login, set)
}

const maxPasswordLine = 4096

func readPassword(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", fmt.Errorf("reading the password: expected one line on the standard input, got nothing")
	}
	return line, nil
}
