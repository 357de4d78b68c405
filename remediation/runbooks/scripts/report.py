def report(events, context):
    acted = events['Outcome'] in ('Deactivate', 'Reactivate', 'Delete')
    return {**events, 'Outcome': 'Acted' if acted else events['Outcome']}
