package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// Config says what demo is made, and where.
type Config struct {
	Plan  Plan
	Store store.Config     // of an empty database; it is brought to today's schema
	Keys  string           // file of the key ring, made where there is none
	Now   func() time.Time // the current samples are of the weeks before it
	// CodeMonths is for how many whole months lookup codes work.
	CodeMonths int
	// Progress is told how many samples are written, and how many will be, about.
	Progress func(done, of int)
}

// Make makes a demo: a registry that says of itself that it is synthetic, with the
// plan's samples and with what goes on at the moment. It fails with lab.ErrConflict
// where the database holds a registry already.
func Make(ctx context.Context, c Config) (guide *Guide, err error) {
	if err := c.Plan.Check(); err != nil {
		return nil, err
	}
	now := c.Now()
	clock := &clock{now.Add(-current - 24*time.Hour)}
	if _, err := store.Migrate(ctx, c.Store, clock.now); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, c.Store, clock.now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.MarkSynthetic(ctx, operator, c.Plan.String()); err != nil {
		return nil, err
	}
	keys, err := keyring.Open(c.Keys, true)
	if err != nil {
		return nil, err
	}
	if err := s.TakeRing(ctx, operator, keys.Print, nil); err != nil { // nothing is sealed yet
		return nil, err
	}
	if err := s.KeepCodeMonths(ctx, operator, c.CodeMonths); err != nil {
		return nil, err
	}
	m := &maker{Config: c, store: s, keys: keys, clock: clock}
	if err := m.equip(ctx); err != nil {
		return nil, err
	}
	if m.staff, err = hire(ctx, s, keys, clock.now()); err != nil {
		return nil, err
	}
	if err := m.staffLaboratory(ctx); err != nil {
		return nil, err
	}
	if err := m.fill(ctx); err != nil {
		return nil, err
	}
	codes, err := m.work(ctx, now)
	if err != nil {
		return nil, err
	}
	clock.at = now
	return &Guide{Origin: c.Plan.String(), Codes: codes}, s.MarkClock(ctx, operator)
}

// clock is the clock of a registry that is made up: it shows what it is set to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// maker makes a demo.
type maker struct {
	Config
	store     *store.Store
	keys      *keyring.Ring
	clock     *clock
	services  []lab.Service
	locations []lab.Location
	words     *lab.Dictionary // with the laboratories' methods
	staff     map[lab.UserRole]lab.Actor
}

// provinces are the services of the demo, one a Dutch province, by the code of ISO
// 3166-2, each with the places where it has an office.
var provinces = []struct{ code, name, office string }{
	{"DR", "Drenthe", "Assen"},
	{"FL", "Flevoland", "Almere"},
	{"FR", "Friesland", "Leeuwarden"},
	{"GE", "Gelderland", "Arnhem"},
	{"GR", "Groningen", "Groningen"},
	{"LI", "Limburg", "Maastricht"},
	{"NB", "Noord-Brabant", "Eindhoven"},
	{"NH", "Noord-Holland", "Amsterdam"},
	{"OV", "Overijssel", "Zwolle"},
	{"UT", "Utrecht", "Utrecht"},
	{"ZE", "Zeeland", "Middelburg"},
	{"ZH", "Zuid-Holland", "Rotterdam"},
}

// timeZone is that of all services of the demo.
const timeZone = "Europe/Amsterdam"

// equip adds the services with their locations, and the laboratories' methods.
func (m *maker) equip(ctx context.Context) error {
	for _, p := range provinces {
		service, err := m.store.AddService(ctx, operator, lab.Service{
			Code: p.code, Name: "Demo " + p.name, Country: "NL", Currency: "EUR", TimeZone: timeZone,
			SecondFactor: false, // so that the demo is easy to walk into
		})
		if err != nil {
			return err
		}
		m.services = append(m.services, service)
		for _, place := range []lab.Location{
			{Name: p.office, Kind: "office"}, {Name: "Festival " + p.name, Kind: "event"},
		} {
			place.ServiceID, place.Region = service.ID, p.name
			if place, err = m.store.AddLocation(ctx, operator, place); err != nil {
				return err
			}
			m.locations = append(m.locations, place)
		}
	}
	for _, l := range []lab.Lab{
		{Code: "BENCH", Name: atTheServices, Services: []lab.ServiceID{0}}, {Code: "NAT", Name: nationalLaboratory},
	} {
		if _, err := m.store.AddLaboratory(ctx, operator, l); err != nil {
			return err
		}
	}
	d, err := m.store.Dictionary(ctx)
	if err != nil {
		return err
	}
	for _, method := range methods(d) {
		if _, err := m.store.AddMethod(ctx, operator, method); err != nil {
			return err
		}
	}
	m.words, err = m.store.Dictionary(ctx)
	return err
}

// staffLaboratory says who works at the national laboratory: who analyses, and who verifies.
func (m *maker) staffLaboratory(ctx context.Context) error {
	l, known := m.words.FindLaboratory(nationalLaboratory)
	if !known {
		return fmt.Errorf("laboratory %s: %w", nationalLaboratory, lab.ErrNotFound)
	}
	staffed := *l
	staffed.People = []lab.Optional{m.staff[lab.Laboratory].UserID, m.staff[lab.Verifier].UserID}
	return m.store.ChangeLaboratory(ctx, operator, *l, staffed)
}

// fill writes the samples of all years, one import a service and year. The next
// year is made while one is written.
func (m *maker) fill(ctx context.Context) error {
	country, err := newCountry(m.Plan, m.words, m.services, m.locations)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	years := make(chan []load)
	go func() {
		defer close(years)
		for year := m.Plan.From; year <= m.Plan.To; year++ {
			select {
			case years <- country.year(year):
			case <-ctx.Done():
				return
			}
		}
	}()
	done := 0
	for loads := range years {
		for _, x := range loads {
			err := m.write(ctx, x, func(written int) { m.Progress(done+written, m.Plan.samples()) })
			if err != nil {
				return fmt.Errorf("service %d, year %d: %w", x.service, x.year, err)
			}
			done += len(x.arrivals)
		}
	}
	return ctx.Err()
}

// write loads the samples of a service's year, as any import does.
func (m *maker) write(ctx context.Context, x load, progress func(int)) error {
	if len(x.arrivals) == 0 {
		return nil
	}
	what := fmt.Sprintf("%s, service %d, year %d", m.Plan, x.service, x.year)
	digest := sha256.Sum256([]byte(what))
	for i := range x.arrivals {
		x.arrivals[i].Affirm(m.words, "Measured twice, with the same result.")
	}
	rows := int32(len(x.arrivals))
	b := &store.ImportBatch{Alone: true, Visits: x.visits, Samples: store.Arrivals(x.arrivals), Import: lab.Import{
		Profile: "demo", Digest: hex.EncodeToString(digest[:]), Files: "synthetic: " + what, RowsRead: rows, Accepted: rows, Samples: rows,
	}}
	b.Import.ServiceID = x.service
	return m.store.Import(ctx, operator, m.words, b, progress)
}
