//! Tills, their closings and what they took, as an organizer reads it. All of it is added up from orders, payments and refunds;
//! beside a closing stands what it states.

use serde::Serialize;
use serde_json::Value;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId, TypeNo};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

/// Closings in one answer.
const MOST_CLOSINGS: i64 = 200;

/// A till.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TillRow {
    /// Which device.
    #[schema(value_type = Uuid)]
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// `active`, `revoked` or `lost`.
    pub device_state: String,
    /// The letters of its tickets' numbers.
    pub series: String,
    /// When it last opened a session.
    pub last_seen_ms: Option<UnixMillis>,
    /// ISO 4217; null before it sold anything.
    pub currency: Option<String>,
    /// Sold at it, by the orders.
    pub sold_minor: i64,
    /// Given back at it, by the refunds.
    pub refunded_minor: i64,
    /// Money in its journals of which no order or refund could be made.
    pub unmade_minor: i64,
    /// How many of its shifts were closed.
    pub zs: i64,
    /// Closings that don't agree with its facts, or with the orders.
    pub differing: i64,
    /// One of its journals went two ways: an old replica, or a copy, went on selling.
    pub forked: bool,
    /// Facts that came and of which nothing was made yet.
    pub waiting: i64,
}

/// All devices that ever sold, or may.
pub async fn tills_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<TillRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with journals as (
               select device_id, bool_or(forked_ms is not null) as forked, sum(head_seq - made_through)::bigint as waiting
               from till_journals where organizer_id = $1 group by device_id
           ), paid as (
               select o.device_id, max(p.currency) as currency, sum(p.amount_minor)::bigint as sold
               from payments p join till_journals o on o.organizer_id = p.organizer_id and o.id = p.till_journal
               where p.organizer_id = $1 and p.state = 'succeeded' group by o.device_id
           ), back as (
               select o.device_id, sum(r.amount_minor)::bigint as refunded
               from refunds r join till_journals o on o.organizer_id = r.organizer_id and o.id = r.till_journal
               where r.organizer_id = $1 and r.state = 'succeeded' group by o.device_id
           ), unmade as (
               select o.device_id, sum(u.amount_minor)::bigint as unmade
               from till_unmade u join till_journals o on o.organizer_id = u.organizer_id and o.id = u.journal_id
               where u.organizer_id = $1 group by o.device_id
           ), closed as (
               select device_id, count(*) filter (where kind = 'shift') as zs,
                      count(*) filter (where broken is not null or differences <> '[]') as differing
               from till_closings where organizer_id = $1 group by device_id
           )
           select d.id, d.name, d.state, coalesce(d.series, '') as "series!", d.last_seen_ms,
                  paid.currency as "currency?", coalesce(paid.sold, 0) as "sold!", coalesce(back.refunded, 0) as "refunded!",
                  coalesce(unmade.unmade, 0) as "unmade!", coalesce(closed.zs, 0) as "zs!",
                  coalesce(closed.differing, 0) as "differing!", coalesce(journals.forked, false) as "forked!",
                  coalesce(journals.waiting, 0) as "waiting!"
           from devices d
           left join journals on journals.device_id = d.id
           left join paid on paid.device_id = d.id
           left join back on back.device_id = d.id
           left join unmade on unmade.device_id = d.id
           left join closed on closed.device_id = d.id
           where d.organizer_id = $1 and (d.series is not null or journals.device_id is not null)
           order by d.name, d.id"#,
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TillRow {
            device: DeviceId(row.id),
            device_name: row.name,
            device_state: row.state,
            series: row.series,
            last_seen_ms: row.last_seen_ms,
            currency: row.currency,
            sold_minor: row.sold,
            refunded_minor: row.refunded,
            unmade_minor: row.unmade,
            zs: row.zs,
            differing: row.differing,
            forked: row.forked,
            waiting: row.waiting,
        })
        .collect())
}

/// A Z, or the closing of a day, month or year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClosingRow {
    /// Of which till.
    #[schema(value_type = Uuid)]
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// Which of its journals.
    pub journal: Uuid,
    /// Its place there.
    pub seq: i64,
    /// `shift` (a Z), `day`, `month` or `year`.
    pub kind: String,
    /// A Z's number, else `2026-11-28`, `2026-11` or `2026`.
    pub name: String,
    /// When it began.
    pub from_ms: UnixMillis,
    /// When it ended.
    pub until_ms: UnixMillis,
    /// Who closed it.
    pub clerk: Option<Uuid>,
    /// Their name.
    pub clerk_name: Option<String>,
    /// Of a Z: what should have been in the drawer.
    pub expected_minor: Option<i64>,
    /// Of a Z: what was counted, less that.
    pub difference_minor: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// Ever sold at the till, as stated.
    pub perpetual_sold: i64,
    /// Ever given back at it, as stated.
    pub perpetual_refunded: i64,
    /// What it states: counts, by VAT rate, by means.
    #[schema(value_type = Object)]
    pub totals: Value,
    /// Neither its facts nor the orders made of them say anything else, to the cent.
    pub agrees: bool,
    /// The first rule of the books that the journal breaks since the closing before.
    pub broken: Option<String>,
    /// Where it does.
    pub broken_seq: Option<i64>,
    /// Each figure that differs: `by` (`facts` or `orders`), `figure`, `vat_basis_points`, `means`, `voucher`, `stated`, `found`.
    #[schema(value_type = Vec<Object>)]
    pub differences: Value,
}

/// The latest closings, of one till or of all; at most 200, the newest first.
pub async fn closings_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    till: Option<DeviceId>,
    before_ms: Option<UnixMillis>,
) -> Result<Vec<ClosingRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.device_id, d.name as device_name, c.journal_id, c.seq, c.kind, c.name, c.from_ms, c.until_ms, c.clerk_id,
                  coalesce(a.name, p.name) as "clerk_name?", c.expected_minor, c.difference_minor, c.currency, c.perpetual_sold,
                  c.perpetual_refunded, c.totals, c.broken, c.broken_seq, c.differences
           from till_closings c
           join devices d on d.organizer_id = c.organizer_id and d.id = c.device_id
           left join supervisors a on a.organizer_id = $1 and a.person_id = c.clerk_id
           left join accounts p on p.id = c.clerk_id
           where c.organizer_id = $1 and ($2::uuid is null or c.device_id = $2) and ($3::bigint is null or c.until_ms < $3)
           order by c.until_ms desc, c.journal_id, c.seq desc limit $4"#,
        organizer.0,
        till.map(|till| till.0),
        before_ms,
        MOST_CLOSINGS
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ClosingRow {
            device: DeviceId(row.device_id),
            device_name: row.device_name,
            journal: row.journal_id,
            seq: row.seq,
            kind: row.kind,
            name: row.name,
            from_ms: row.from_ms,
            until_ms: row.until_ms,
            clerk: row.clerk_id,
            clerk_name: row.clerk_name,
            expected_minor: row.expected_minor,
            difference_minor: row.difference_minor,
            currency: row.currency,
            perpetual_sold: row.perpetual_sold,
            perpetual_refunded: row.perpetual_refunded,
            totals: row.totals,
            agrees: row.broken.is_none() && row.differences == Value::Array(Vec::new()),
            broken: row.broken,
            broken_seq: row.broken_seq,
            differences: row.differences,
        })
        .collect())
}

/// What a clerk took and gave back at a till by one means.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeansRow {
    /// Which till.
    #[schema(value_type = Uuid)]
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// Who had it.
    pub clerk: Option<Uuid>,
    /// Their name.
    pub clerk_name: Option<String>,
    /// `cash`, `card`, `cheque`, `voucher` or `exchange` (tickets for tickets: no money).
    pub means: String,
    /// The voucher's kind.
    pub voucher: Option<i32>,
    /// What that is called.
    pub voucher_name: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// Paid with it.
    pub paid_minor: i64,
    /// Given back by it.
    pub back_minor: i64,
}

/// What a clerk sold at a till of one type.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TypeRow {
    /// Which till.
    #[schema(value_type = Uuid)]
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// Who had it when it was sold.
    pub clerk: Option<Uuid>,
    /// Their name.
    pub clerk_name: Option<String>,
    /// Of which event.
    #[schema(value_type = Uuid)]
    pub event: EventId,
    /// Its title.
    pub event_title: String,
    /// Of which type.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// Its name.
    pub type_name: String,
    /// ISO 4217.
    pub currency: String,
    /// Sold, free ones included.
    pub tickets: i64,
    /// What they cost.
    pub sold_minor: i64,
    /// Of these, taken back at the till.
    pub tickets_back: i64,
    /// What those cost.
    pub back_minor: i64,
}

/// What tills took.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revenue {
    /// By till, clerk and means.
    pub means: Vec<MeansRow>,
    /// By till, clerk, event and type.
    pub types: Vec<TypeRow>,
}

/// A part of what tills took: all that is not asked for is open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// Of one event.
    pub event: Option<EventId>,
    /// From then on.
    pub from_ms: Option<UnixMillis>,
    /// Before then.
    pub until_ms: Option<UnixMillis>,
}

/// What the tills of an organizer took.
pub async fn revenue_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    part: Part,
) -> Result<Revenue, sqlx::Error> {
    Ok(Revenue {
        means: means(conn, organizer, part).await?,
        types: types(conn, organizer, part).await?,
    })
}

async fn means(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    part: Part,
) -> Result<Vec<MeansRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select j.device_id, d.name as device_name, m.clerk_id, coalesce(a.name, p.name) as "clerk_name?", m.means as "means!", m.voucher,
                  v.name as "voucher_name?",
                  m.currency as "currency!", sum(m.paid)::bigint as "paid!", sum(m.back)::bigint as "back!"
           from (
               select till_journal, clerk_id, means, voucher, currency, amount_minor as paid, 0 as back, event_id,
                      created_ms
               from payments where organizer_id = $1 and till_journal is not null and state = 'succeeded'
               union all
               select till_journal, clerk_id, means, voucher, currency, 0, amount_minor, event_id, created_ms
               from refunds where organizer_id = $1 and till_journal is not null and state = 'succeeded'
           ) m
           join till_journals j on j.organizer_id = $1 and j.id = m.till_journal
           join devices d on d.organizer_id = $1 and d.id = j.device_id
           left join supervisors a on a.organizer_id = $1 and a.person_id = m.clerk_id
           left join accounts p on p.id = m.clerk_id
           left join voucher_kinds v on v.organizer_id = $1 and v.number = m.voucher
           where m.means is not null and ($2::uuid is null or m.event_id = $2)
             and ($3::bigint is null or m.created_ms >= $3) and ($4::bigint is null or m.created_ms < $4)
           group by j.device_id, d.name, m.clerk_id, a.name, p.name, m.means, m.voucher, v.name, m.currency
           order by d.name, j.device_id, coalesce(a.name, p.name), m.clerk_id, m.means, m.voucher"#,
        organizer.0,
        part.event.map(|event| event.0),
        part.from_ms,
        part.until_ms
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MeansRow {
            device: DeviceId(row.device_id),
            device_name: row.device_name,
            clerk: row.clerk_id,
            clerk_name: row.clerk_name,
            means: row.means,
            voucher: row.voucher,
            voucher_name: row.voucher_name,
            currency: row.currency,
            paid_minor: row.paid,
            back_minor: row.back,
        })
        .collect())
}

async fn types(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    part: Part,
) -> Result<Vec<TypeRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.device_id, d.name as device_name, t.clerk_id, coalesce(a.name, p.name) as "clerk_name?", t.event_id, e.title, l.type_no,
                  coalesce(y.name, '') as "type_name!", e.currency, count(*) as "tickets!",
                  sum(l.unit_minor)::bigint as "sold!", count(*) filter (where s.back_seq is not null) as "tickets_back!",
                  coalesce(sum(l.unit_minor) filter (where s.back_seq is not null), 0)::bigint as "back!"
           from till_orders t
           join till_sale_tickets s on s.organizer_id = $1 and s.event_id = t.event_id and s.order_id = t.order_id
           join order_lines l on l.organizer_id = $1 and l.event_id = t.event_id and l.order_id = t.order_id and l.no = s.line_no
           join events e on e.organizer_id = $1 and e.id = t.event_id
           join devices d on d.organizer_id = $1 and d.id = t.device_id
           left join ticket_types y on y.organizer_id = $1 and y.event_id = t.event_id and y.no = l.type_no
           left join supervisors a on a.organizer_id = $1 and a.person_id = t.clerk_id
           left join accounts p on p.id = t.clerk_id
           where t.organizer_id = $1 and ($2::uuid is null or t.event_id = $2)
             and ($3::bigint is null or t.sold_ms >= $3) and ($4::bigint is null or t.sold_ms < $4)
           group by t.device_id, d.name, t.clerk_id, a.name, p.name, t.event_id, e.title, e.starts_ms, l.type_no, y.name, e.currency
           order by d.name, t.device_id, coalesce(a.name, p.name), t.clerk_id, e.starts_ms, t.event_id, l.type_no"#,
        organizer.0,
        part.event.map(|event| event.0),
        part.from_ms,
        part.until_ms
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TypeRow {
            device: DeviceId(row.device_id),
            device_name: row.device_name,
            clerk: row.clerk_id,
            clerk_name: row.clerk_name,
            event: EventId(row.event_id),
            event_title: row.title,
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            type_name: row.type_name,
            currency: row.currency,
            tickets: row.tickets,
            sold_minor: row.sold,
            tickets_back: row.tickets_back,
            back_minor: row.back,
        })
        .collect())
}
