package store

import "marquis/internal/lab"

// receives refuses an actor who may not receive samples of the service. Of one in which
// the actor does not work with records it tells nothing.
func receives(by lab.Actor, service lab.ServiceID) error {
	if !by.SeesRecords(service) {
		return lab.ErrNotFound
	}
	return lab.MayReceive(by, service)
}

// equips refuses an actor who may not change what the service has. Of one that the actor
// does not know it tells nothing.
func equips(by lab.Actor, service lab.ServiceID) error {
	if !by.SeesService(service) {
		return lab.ErrNotFound
	}
	return lab.MayEquip(by, service)
}

// upkeep refuses an actor who does not look after the registry as a whole.
func upkeep(by lab.Actor) error { return seen(by.SeesUpkeep()) }

// seen is nil where the actor sees what is asked for, else lab.ErrNotFound.
func seen(sees bool) error {
	if sees {
		return nil
	}
	return lab.ErrNotFound
}
